// libFuzzer's mutations, and beside them those of a model's own numbers, which leave the FlatBuffer around them whole:
// shapes, types, operands, options, quantization, small constants.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

#include "flatbuffer.h"
#include "fuzz_input.h"
#include "schema.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace {

using harness::FlatReader;
using harness::FlatTable;
using harness::FlatVector;
namespace schema = harness::schema;

using Random = std::minstd_rand;

// A number in the file.
struct Site {
  uint32_t position;
  uint32_t bytes;
};
using Sites = std::vector<Site>;

struct ModelSites {
  Sites shapes;
  Sites types;     // and what else a tensor has: buffer, is_variable
  Sites operands;  // tensor indices
  Sites operators;
  Sites options;
  Sites scales;
  Sites zero_points;
  Sites constants;
};

class SiteFinder {
 public:
  explicit SiteFinder(FlatReader& reader) : reader_(reader) {}

  ModelSites find() {
    const FlatTable model = FlatTable::at(reader_, reader_.follow(0));
    for_each(model, schema::Model::kOperatorCodes, [&](const FlatTable& code) {
      add(&sites_.operators, code, schema::OperatorCode::kDeprecatedBuiltinCode, 1);
      add(&sites_.operators, code, schema::OperatorCode::kBuiltinCode, 4);
    });
    for_each(model, schema::Model::kBuffers, [&](const FlatTable& buffer) { add_constants(buffer); });
    for_each(model, schema::Model::kSubgraphs, [&](const FlatTable& subgraph) { add_subgraph(subgraph); });
    return sites_;
  }

 private:
  void add_subgraph(const FlatTable& subgraph) {
    add_all(&sites_.operands, subgraph, schema::SubGraph::kInputs, 4);
    add_all(&sites_.operands, subgraph, schema::SubGraph::kOutputs, 4);
    for_each(subgraph, schema::SubGraph::kTensors, [&](const FlatTable& tensor) { add_tensor(tensor); });
    for_each(subgraph, schema::SubGraph::kOperators, [&](const FlatTable& op) { add_operator(op); });
  }

  void add_tensor(const FlatTable& tensor) {
    add_all(&sites_.shapes, tensor, schema::Tensor::kShape, 4);
    add(&sites_.types, tensor, schema::Tensor::kType, 1);
    add(&sites_.types, tensor, schema::Tensor::kBuffer, 4);
    add(&sites_.types, tensor, schema::Tensor::kIsVariable, 1);
    const FlatTable quantization = tensor.table(reader_, schema::Tensor::kQuantization);
    add_all(&sites_.scales, quantization, schema::Quantization::kScale, 4);
    add_all(&sites_.zero_points, quantization, schema::Quantization::kZeroPoint, 8);
    add(&sites_.zero_points, quantization, schema::Quantization::kQuantizedDimension, 4);
  }

  void add_operator(const FlatTable& op) {
    add(&sites_.operators, op, schema::Operator::kOpcodeIndex, 4);
    add(&sites_.operators, op, schema::Operator::kOptionsType, 1);
    add_all(&sites_.operands, op, schema::Operator::kInputs, 4);
    add_all(&sites_.operands, op, schema::Operator::kOutputs, 4);
    add_options(op.table(reader_, schema::Operator::kOptions));
  }

  // The kinds of the fields are not known here: each is taken to reach to the next one.
  void add_options(const FlatTable& options) {
    constexpr uint16_t kFields = 16;
    constexpr uint32_t kEnd = UINT32_MAX;
    std::vector<uint32_t> fields;
    for (uint16_t i = 0; i < kFields; ++i) fields.push_back(options.field_position(reader_, i));
    for (const uint32_t field : fields) {
      uint32_t next = kEnd;
      for (const uint32_t other : fields) next = other > field ? std::min(next, other) : next;
      if (field != 0) add(&sites_.options, {field, next == kEnd ? 1 : std::min(next - field, uint32_t{4})});
    }
  }

  // Axes, shapes, paddings: few and of 32 bits. Weights tell the engine nothing.
  void add_constants(const FlatTable& buffer) {
    constexpr uint32_t kMostBytes = 64;
    FlatVector data = buffer.vector<uint8_t>(reader_, schema::Buffer::kData);
    if (data.size > kMostBytes) return;
    for (uint32_t i = 0; i + 4 <= data.size; i += 4) add(&sites_.constants, {data.position + i, 4});
  }

  template <typename Field, typename Body>
  void for_each(const FlatTable& table, Field field, const Body& body) {
    const FlatVector tables = table.vector<uint32_t>(reader_, field);
    for (uint32_t i = 0; i < tables.size && !reader_.failed(); ++i) {
      body(FlatTable::follow(reader_, tables.position + i * 4));
    }
  }

  template <typename Field>
  void add_all(Sites* sites, const FlatTable& table, Field field, uint32_t bytes) {
    const FlatVector values = table.vector<uint8_t>(reader_, field);
    for (uint32_t i = 0; i < values.size; ++i) add(sites, {values.position + i * bytes, bytes});
  }

  template <typename Field>
  void add(Sites* sites, const FlatTable& table, Field field, uint32_t bytes) {
    const uint32_t position = table.field_position(reader_, field);
    if (position != 0) add(sites, {position, bytes});
  }

  void add(Sites* sites, Site site) {
    if (reader_.contains(site.position, site.bytes)) sites->push_back(site);
  }

  FlatReader& reader_;
  ModelSites sites_;
};

class ModelMutator {
 public:
  ModelMutator(uint8_t* model, Random& random) : model_(model), random_(random) {}

  void mutate(const Sites& sites) {
    const Site& site = pick(sites);
    const int64_t old_value = get(site);
    const int64_t new_value = changed(sites, old_value);
    set(site, new_value);
    if (one_in(3)) replace_equal(sites, old_value, new_value);
  }

  void mutate_scale(const Sites& scales) {
    constexpr float kSpecial[] = {0.0F, 1e-38F, 1e-9F, 1.0F, 1e9F, 3e38F, INFINITY, NAN, -1.0F};
    const Site& site = pick(scales);
    float value = 0;
    std::memcpy(&value, model_ + site.position, sizeof(value));
    value = one_in(2) ? kSpecial[below(std::size(kSpecial))] : std::ldexp(value, static_cast<int>(below(41)) - 20);
    std::memcpy(model_ + site.position, &value, sizeof(value));
  }

 private:
  uint32_t below(size_t bound) { return static_cast<uint32_t>(random_() % bound); }
  bool one_in(uint32_t times) { return below(times) == 0; }
  const Site& pick(const Sites& sites) { return sites[below(sites.size())]; }

  int64_t changed(const Sites& sites, int64_t value) {
    constexpr int64_t kSpecial[] = {0,       1,       2,         3,         4,         7,        8,     -1,
                                    -2,      -128,    127,       255,       32767,     65535,    65536, 65537,
                                    1 << 24, 1 << 30, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN};
    switch (below(5)) {
      case 0:
        return get(pick(sites));
      case 1:
        return kSpecial[below(std::size(kSpecial))];
      case 2:
        return static_cast<int64_t>(below(16));
      case 3:
        return value ^ (int64_t{1} << below(32));
      default:
        return static_cast<int64_t>(static_cast<uint64_t>(value) + below(5) - 2);
    }
  }

  // A dimension that several tensors share changes in all of them.
  void replace_equal(const Sites& sites, int64_t old_value, int64_t new_value) {
    for (const Site& site : sites) {
      if (get(site) == old_value) set(site, new_value);
    }
  }

  int64_t get(const Site& site) const {
    uint64_t value = 0;
    std::memcpy(&value, model_ + site.position, site.bytes);
    const uint32_t unused_bits = 64 - 8 * site.bytes;
    return static_cast<int64_t>(value << unused_bits) >> unused_bits;
  }
  void set(const Site& site, int64_t value) { std::memcpy(model_ + site.position, &value, site.bytes); }

  uint8_t* model_;
  Random& random_;
};

// False where the bytes are no model that has such numbers.
bool mutate_model(uint8_t* model, size_t size, Random& random) {
  if (size < 8) return false;
  FlatReader reader({model, size});
  const ModelSites sites = SiteFinder(reader).find();
  const Sites* const kinds[] = {&sites.shapes,  &sites.types,  &sites.operands,    &sites.operators,
                                &sites.options, &sites.scales, &sites.zero_points, &sites.constants};
  const Sites& chosen = *kinds[random() % std::size(kinds)];
  if (chosen.empty()) return false;
  ModelMutator mutator(model, random);
  if (&chosen == &sites.scales) {
    mutator.mutate_scale(chosen);
  } else {
    mutator.mutate(chosen);
  }
  return true;
}

}  // namespace

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size, unsigned int seed) {
  constexpr uint32_t kOneInAnyBytes = 8;
  Random random(seed);
  if (size <= sizeof(FuzzHeader) || random() % kOneInAnyBytes == 0) return LLVMFuzzerMutate(data, size, max_size);
  if (random() % kOneInAnyBytes == 0) {
    LLVMFuzzerMutate(data, sizeof(FuzzHeader), sizeof(FuzzHeader));
    return size;
  }
  if (!mutate_model(data + sizeof(FuzzHeader), size - sizeof(FuzzHeader), random)) {
    return LLVMFuzzerMutate(data, size, max_size);
  }
  return size;
}
