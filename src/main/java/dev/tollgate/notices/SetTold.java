package dev.tollgate.notices;

import dev.tollgate.storage.Decision;

/** Notes what was told to a person, if nobody else has meanwhile. The outcome says whether. */
final class SetTold extends Decision<Boolean> {

    private final String personId;
    private final String toldBefore;
    private final String told;
    private final long sequence;
    private final long version;

    /**
     * @param toldBefore as it was read; empty where there was nothing
     * @param sequence of the account and @param version of the person that it was decided on
     */
    SetTold(String personId, String toldBefore, String told, long sequence, long version) {
        this.personId = personId;
        this.toldBefore = toldBefore;
        this.told = told;
        this.sequence = sequence;
        this.version = version;
    }

    String personId() {
        return personId;
    }

    String toldBefore() {
        return toldBefore;
    }

    String told() {
        return told;
    }

    long sequence() {
        return sequence;
    }

    long version() {
        return version;
    }

    void noted(boolean isDone) {
        decide(isDone);
    }
}
