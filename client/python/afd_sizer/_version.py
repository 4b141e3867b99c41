"""The version of the service that this client was made for."""
__version__ = "0.1.0"
