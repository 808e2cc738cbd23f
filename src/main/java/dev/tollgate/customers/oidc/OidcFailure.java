package dev.tollgate.customers.oidc;

/** Why a sign-in does not go on. Its message is a sentence for the person; the rest is for the log. */
final class OidcFailure extends Exception {

    private static final long serialVersionUID = 1L;

    private final boolean isAway;

    private OidcFailure(String sentence, boolean isAway) {
        super(sentence, null, false, false);
        this.isAway = isAway;
    }

    /** What the provider has sent does not count. */
    static OidcFailure refused(String sentence) {
        return new OidcFailure(sentence, false);
    }

    /** The provider could not be asked, or answered nothing of use. */
    static OidcFailure away(String sentence) {
        return new OidcFailure(sentence, true);
    }

    boolean isAway() {
        return isAway;
    }

    String sentence() {
        return String.valueOf(getMessage());
    }
}
