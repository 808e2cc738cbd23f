package dev.tollgate.calls.replay;

import dev.tollgate.storage.Change;

/** What follows for a claim from what the ledger has decided in the same unit. */
public sealed interface AnswerChange extends Change
        permits ConfirmClaim, KeepAnswer, FreeClaim, FreeAbandoned, ForgetOld {}
