"""The files of a stand-in's ``model.tar.gz``, for those who look before they import numpy."""

DOCUMENT = "stand-in.json"
ARRAYS = "stand-in.npz"
