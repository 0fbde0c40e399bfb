"""Chapter 07: a program that spawns, and lacks the if."""
import multiprocessing as mp

mp.get_context("spawn").Process(target=print, args=("never printed",)).start()
