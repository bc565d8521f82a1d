"""Vectors from files and from a seed, and what a wrong file is answered with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from harness.errors import VectorError
from harness.measure.vectors import array_vectors, check_labels, load_array_vectors, load_suite_vectors


def test_suite_vectors_are_cut_to_the_first_ones(tmp_path: Path) -> None:
    np.savez(tmp_path / "v.npz", inputs=np.arange(12.0).reshape(6, 2), labels=np.arange(6))
    vectors = load_suite_vectors(tmp_path / "v.npz")
    assert len(vectors) == 6
    assert vectors.first(None) is vectors
    assert vectors.first(9) is vectors
    first = vectors.first(2)
    assert len(first) == 2
    assert first.labels is not None
    assert first.labels.tolist() == [0, 1]


def test_an_archive_gives_one_array_per_input_tensor(tmp_path: Path) -> None:
    np.savez(tmp_path / "v.npz", np.zeros((3, 2)), np.ones((3, 4)))
    vectors = load_array_vectors(tmp_path / "v.npz", None)
    assert [part.shape for part in vectors.inputs] == [(3, 2), (3, 4)]
    assert vectors.labels is None


def test_a_suites_archive_brings_its_labels(tmp_path: Path) -> None:
    np.savez(tmp_path / "v.npz", inputs=np.zeros((3, 2)), labels=np.arange(3))
    vectors = load_array_vectors(tmp_path / "v.npz", None)
    assert [part.shape for part in vectors.inputs] == [(3, 2)]
    assert vectors.labels is not None
    assert vectors.labels.tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"inputs": np.zeros((2, 3))}, "inputs and labels"),
        ({"inputs": np.zeros((2, 3)), "labels": np.zeros(3, int)}, "labels are int64 of shape (3,)"),
        ({"inputs": np.zeros((2, 3)), "labels": np.zeros(2)}, "labels are float64"),
        ({"inputs": np.zeros((0, 3)), "labels": np.zeros(0, int)}, "no vectors"),
    ],
)
def test_a_wrong_archive_is_answered_with_its_fault(tmp_path: Path, arrays: dict[str, object], said: str) -> None:
    path = tmp_path / "v.npz"
    np.savez(path, **arrays)  # type: ignore[arg-type]
    with pytest.raises(VectorError) as caught:
        load_suite_vectors(path)
    assert said in str(caught.value)
    assert path.name in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"not an array", b"PK\x03\x04 half an archive"])
def test_a_file_that_is_no_array_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.npy"
    path.write_bytes(content)
    with pytest.raises(VectorError, match=r"x\.npy: cannot be read"):
        load_array_vectors(path, None)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(VectorError, match=r"gone\.npy: no such file"):
        load_array_vectors(tmp_path / "gone.npy", None)


def test_labels_in_an_archive_are_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.zeros((2, 2)))
    np.savez(tmp_path / "y.npz", np.zeros(2, int))
    with pytest.raises(VectorError, match="labels are one"):
        load_array_vectors(tmp_path / "x.npy", tmp_path / "y.npz")


def test_a_damaged_compressed_archive_is_named(tmp_path: Path) -> None:
    path = tmp_path / "v.npz"
    np.savez_compressed(path, inputs=np.arange(4000.0).reshape(4, 1000), labels=np.arange(4))
    data = bytearray(path.read_bytes())
    data[100:400] = bytes(300)
    path.write_bytes(data)
    with pytest.raises(VectorError, match=r"v\.npz: cannot be read"):
        load_suite_vectors(path)


@pytest.mark.parametrize("label", [-1, 10])
def test_a_label_that_is_no_class_is_refused(label: int) -> None:
    vectors = array_vectors(np.zeros((2, 4)), np.array([0, label]), "here")
    with pytest.raises(VectorError, match="a reader of digits has classes 0 to 9"):
        check_labels(vectors, 10, "a reader of digits")
    check_labels(array_vectors(np.zeros((2, 4)), np.array([0, 9]), "here"), 10, "a reader of digits")
