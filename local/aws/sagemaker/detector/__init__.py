"""A stand-in for SageMaker's network: a small detector that really learns, on the CPU, in seconds.

A picture is looked at through some 4,000 windows of 17 shapes. One network with a hidden layer says
of each window, as SSD does of each anchor, what class it shows, if any, and how the object's box
differs from the window. Targets, hard negatives, loss and the rows that come out follow MXNet's
``MultiBoxTarget`` and ``MultiBoxDetection``, which the built-in algorithm is made of.

Nothing is tuned to a data set. What it answers was learned from the train channel and from nothing
else: it starts at random, where the built-in algorithm starts at weights learned from ImageNet.
"""
