package dev.tollgate.customers.payments;

/** Writes a payment down before anybody is asked for it. The outcome says whether there was none of its id. */
final class BeginPayment extends PaymentChange<Boolean> {

    private final Payment payment;

    BeginPayment(Payment payment) {
        this.payment = payment;
    }

    Payment payment() {
        return payment;
    }

    void begun(boolean isNew) {
        decide(isNew);
    }
}
