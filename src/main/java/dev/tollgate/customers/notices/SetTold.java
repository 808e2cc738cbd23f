package dev.tollgate.customers.notices;

import dev.tollgate.storage.Decision;

/** Stores what a person was told, unless another node has done so in the meantime. The outcome says whether. */
final class SetTold extends Decision<Boolean> {

    private final String personId;
    private final String toldBefore;
    private final String told;
    private final boolean ofModels;
    private final long sequence;
    private final long version;

    private SetTold(String personId, String toldBefore, String told, boolean ofModels, long sequence, long version) {
        this.personId = personId;
        this.toldBefore = toldBefore;
        this.told = told;
        this.ofModels = ofModels;
        this.sequence = sequence;
        this.version = version;
    }

    /**
     * Notices of balance and keys.
     *
     * @param toldBefore as it was read; empty if there was nothing
     * @param sequence of the account and @param version of the person that it was decided on
     */
    static SetTold ofAccount(String personId, String toldBefore, String told, long sequence, long version) {
        return new SetTold(personId, toldBefore, told, false, sequence, version);
    }

    /** Changes of models; @param toldBefore as it was read; empty if there was nothing */
    static SetTold ofModels(String personId, String toldBefore, String told) {
        return new SetTold(personId, toldBefore, told, true, 0, 0);
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

    boolean isOfModels() {
        return ofModels;
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
