package dev.tollgate.upstreams.signatures;

import dev.tollgate.storage.Change;

sealed interface SignatureChange extends Change permits KeepSignatures, TouchSignatures, ForgetSignatures {}
