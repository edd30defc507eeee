"""CUBA, 10000 neurons with 1000 synapses each, delays between 0.5 and 3.5 ms."""

from simulator import *

from models.scaled import network

globals().update(network(10_000, 1000, delays="0.5*ms + 3*ms*rand()"))
