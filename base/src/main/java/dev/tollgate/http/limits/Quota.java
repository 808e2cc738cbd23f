package dev.tollgate.http.limits;

/**
 * A quota: the use that is counted together and its limits.
 *
 * @param id what is counted under; no two have the same
 * @param subject who may, as a sentence begins
 * @param object of what, as it goes on; begins with a space, or is empty
 * @param isAtDoor whether a request is counted as soon as its caller is known, else once its body is
 */
public record Quota(String id, String subject, String object, boolean isAtDoor, CallLimits rates) {

    public static Quota ofKey(String keyId, CallLimits rates) {
        return new Quota(keyId, "this API key", "", true, rates);
    }

    public static Quota ofAccount(String accountId, CallLimits rates) {
        return new Quota(accountId, "this account", "", true, rates);
    }

    /** Returns the quota of an account for a model. */
    public static Quota ofModel(String accountId, String modelId, CallLimits rates) {
        return new Quota(accountId + ' ' + modelId, "this account", " of the model '" + modelId + "'", false, rates);
    }
}
