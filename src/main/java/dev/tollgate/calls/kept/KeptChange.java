package dev.tollgate.calls.kept;

import dev.tollgate.storage.Change;

sealed interface KeptChange extends Change permits KeepResponse, TouchKept, DeleteKept, ForgetKept {}
