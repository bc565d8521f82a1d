"""The link: frame codec, messages, the go-back-N pipeline, the device client."""
