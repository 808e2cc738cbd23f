package dev.tollgate.calls.kept;

import dev.tollgate.storage.Decision;

/** Deletes a response of an account. The outcome is whether it was there. */
final class DeleteKept extends Decision<Boolean> implements KeptChange {

    private final String accountId;
    private final String id;

    DeleteKept(String accountId, String id) {
        this.accountId = accountId;
        this.id = id;
    }

    String accountId() {
        return accountId;
    }

    String id() {
        return id;
    }

    void made(boolean wasThere) {
        decide(wasThere);
    }
}
