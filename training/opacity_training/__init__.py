"""Training of Opacity's segmentation models: prepare, train, check, export."""

__version__ = "1.0.0"
