"""CUBA, 100000 neurons with 100 synapses each, one delay of 1.5 ms."""

from simulator import *

from models.scaled import network

globals().update(network(100_000, 100, delay=1.5 * ms))
