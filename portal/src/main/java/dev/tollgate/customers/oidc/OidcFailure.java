package dev.tollgate.customers.oidc;

import dev.tollgate.base.words.Sentence;

/** The reason why a sign-in fails. Its message is a sentence for the person; the rest is for the log. */
final class OidcFailure extends Exception {

    private static final long serialVersionUID = 1L;

    private final boolean isAway;

    private final transient Sentence sentence;

    private OidcFailure(Sentence sentence, boolean isAway) {
        super(sentence.english(), null, false, false);
        this.sentence = sentence;
        this.isAway = isAway;
    }

    /** Returns the failure for a response of the provider that is not valid. */
    static OidcFailure refused(Sentence sentence) {
        return new OidcFailure(sentence, false);
    }

    /** The provider could not be asked, or answered nothing of use. */
    static OidcFailure away(Sentence sentence) {
        return new OidcFailure(sentence, true);
    }

    boolean isAway() {
        return isAway;
    }

    Sentence sentence() {
        return sentence;
    }
}
