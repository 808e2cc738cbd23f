package dev.tollgate.books.receipts;

import org.jspecify.annotations.Nullable;

/** The end of an account's chain at one time: later receipts may follow, none of those before may be missing. One thread. */
final class ChainHead {

    private final SignedObject head;
    private final long sequence;
    private boolean passed;

    private ChainHead(SignedObject head) {
        this.head = head;
        this.sequence = head.number("sequence");
        this.passed = sequence == 0;
    }

    /** @throws IllegalArgumentException with what is wrong with it */
    static ChainHead parse(byte[] bytes, PublicKeys keys) {
        SignedObject parsed = SignedObject.head(bytes);
        parsed.requireSignature(keys);
        return new ChainHead(parsed);
    }

    void pass(Chain chain) {
        if (chain.sequence() == sequence) {
            passed = chain.hash().equals(head.text("hash"));
        }
    }

    /** Once the chain has ended: what does not fit, or null. */
    @Nullable
    String problem(Chain chain) {
        String account = chain.account();
        if (account != null && !account.equals(head.text("account"))) {
            return "the head: another account's";
        }
        if (chain.sequence() < sequence) {
            return "line " + (chain.sequence() + 1) + ": missing; the head counts " + sequence + " receipts";
        }
        return passed ? null : "line " + sequence + ": not the receipt that the head names";
    }
}
