"""Training of Opacity's segmentation models."""

import os

__version__ = "1.0.0"

# Both would reach out of this machine if they were let: ONNX Runtime to report its use, the model
# hub's client for weights. Set before either is imported.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
os.environ["HF_HUB_OFFLINE"] = "1"
