#!/usr/bin/env python3
"""Writes pickle_zip.pt, pickle_legacy.pt and pickle_hostile.pt: files of torch.save, and one that would run a command.

Needs torch. Run in this folder."""

import collections
import pickle

import torch

tensors = collections.OrderedDict(a=torch.arange(6, dtype=torch.float32).reshape(2, 3).t(),
                                  b=torch.tensor([1.5, -2.0], dtype=torch.float16),
                                  c=torch.nn.Parameter(torch.tensor([3, 4], dtype=torch.float32)))
wrapped = {"epoch": 7, "state_dict": tensors}
torch.save(wrapped, "pickle_zip.pt")
torch.save(wrapped, "pickle_legacy.pt", _use_new_zipfile_serialization=False)


class Hostile:
    def __reduce__(self):
        import os
        return os.system, ("true",)


with open("pickle_hostile.pt", "wb") as file:
    for part in (0x1950a86a20f9469cfc6c, 1001, {}, {"state_dict": Hostile()}, []):
        pickle.dump(part, file, protocol=2)
