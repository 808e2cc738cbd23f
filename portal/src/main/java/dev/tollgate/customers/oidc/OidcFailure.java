package dev.tollgate.customers.oidc;

/** The reason why a sign-in fails. Its message is a sentence for the person; the rest is for the log. */
final class OidcFailure extends Exception {

    private static final long serialVersionUID = 1L;

    private final boolean isAway;

    private OidcFailure(String sentence, boolean isAway) {
        super(sentence, null, false, false);
        this.isAway = isAway;
    }

    /** Returns the failure for a response of the provider that is not valid. */
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
