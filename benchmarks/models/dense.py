"""CUBA, 10000 neurons with 1000 synapses each, one delay of 1.5 ms."""

from simulator import *

from models.scaled import network

globals().update(network(10_000, 1000, delay=1.5 * ms))
