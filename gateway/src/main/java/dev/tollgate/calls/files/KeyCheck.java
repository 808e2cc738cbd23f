package dev.tollgate.calls.files;

/** Refuses the pieces of an upload whose key may no longer be used. */
@FunctionalInterface
public interface KeyCheck {

    /**
     * Blocks.
     *
     * @param originId the first id of the key that began the upload
     * @param address of the caller
     * @throws dev.tollgate.base.error.ApiException as the key's gate
     */
    void requireUsable(String accountId, String originId, String address);
}
