package dev.tollgate.calls.replay;

import dev.tollgate.storage.Change;

/** A change of a claim that follows from the ledger's decision in the same unit. */
public sealed interface AnswerChange extends Change
        permits ConfirmClaim, KeepAnswer, FreeClaim, FreeAbandoned, ForgetOld {}
