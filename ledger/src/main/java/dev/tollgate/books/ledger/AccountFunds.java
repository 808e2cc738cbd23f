package dev.tollgate.books.ledger;

/** An account's money while a batch works on its row. Writer's thread only. */
final class AccountFunds {

    private long balanceMicros;
    private long reservedMicros;
    private long purchasedMicros;
    private long consumedMicros;
    private long sandboxMicros;
    private long grantedMicros;

    AccountFunds(Balance balance, long sandboxMicros, long grantedMicros) {
        this.balanceMicros = balance.balanceMicros();
        this.reservedMicros = balance.reservedMicros();
        this.purchasedMicros = balance.purchasedMicros();
        this.consumedMicros = balance.consumedMicros();
        this.sandboxMicros = sandboxMicros;
        this.grantedMicros = grantedMicros;
    }

    long balanceMicros() {
        return balanceMicros;
    }

    long reservedMicros() {
        return reservedMicros;
    }

    long purchasedMicros() {
        return purchasedMicros;
    }

    long consumedMicros() {
        return consumedMicros;
    }

    /** Returns the part of balance and holds that pays only for responses of the sandbox. */
    long sandboxMicros() {
        return sandboxMicros;
    }

    /** Debits sandbox credits that leave or are used. @return their amount, at most what there is */
    long takeSandbox(long micros) {
        long taken = Math.min(micros, sandboxMicros);
        if (taken > 0) {
            sandboxMicros -= taken;
        }
        return taken;
    }

    void setSandboxMicros(long micros) {
        sandboxMicros = micros;
    }

    /** Returns the part of balance and holds that is left in grants. */
    long grantedMicros() {
        return grantedMicros;
    }

    /** Returns balance and holds without what is left in grants. */
    long generalMicros() {
        return balanceMicros + reservedMicros - grantedMicros;
    }

    /** Changes what is left in grants: before credits leave them, and after credits have reached them. */
    void addGranted(long micros) {
        grantedMicros = Math.addExact(grantedMicros, micros);
        if (grantedMicros < 0 || generalMicros() < 0) {
            throw new IllegalStateException("grants of " + grantedMicros + " of " + (balanceMicros + reservedMicros));
        }
        sandboxMicros = Math.min(sandboxMicros, generalMicros());
    }

    /** Returns the balance with what is held (decision D40). */
    long balanceAfterMicros() {
        return purchasedMicros - consumedMicros;
    }

    Balance balance() {
        return new Balance(balanceMicros, reservedMicros, purchasedMicros, consumedMicros);
    }

    /** Moves credits between two buckets. */
    void move(Bucket from, Bucket to, long micros) {
        if (from != Bucket.SHORTFALL && to != Bucket.SHORTFALL) { // a shortfall is in no customer's balance
            add(from, -micros);
            add(to, micros);
        }
        sandboxMicros = Math.min(sandboxMicros, generalMicros()); // other credits leave first
    }

    private void add(Bucket bucket, long micros) {
        switch (bucket) {
            case FUNDING -> purchasedMicros = Math.subtractExact(purchasedMicros, micros);
            case AVAILABLE -> balanceMicros = Math.addExact(balanceMicros, micros);
            case RESERVED -> reservedMicros = Math.addExact(reservedMicros, micros);
            case REVENUE -> consumedMicros = Math.addExact(consumedMicros, micros);
            case SHORTFALL -> throw new IllegalStateException("the shortfall is in no customer's balance");
        }
    }
}
