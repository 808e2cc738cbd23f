package dev.tollgate.customers.payments;

/** The far side has answered: where a payment is paid. Of two answers the first holds. */
final class OpenSession extends PaymentChange<Boolean> {

    private final String paymentId;
    private final String sessionId;
    private final String url;

    OpenSession(String paymentId, String sessionId, String url) {
        this.paymentId = paymentId;
        this.sessionId = sessionId;
        this.url = url;
    }

    String paymentId() {
        return paymentId;
    }

    String sessionId() {
        return sessionId;
    }

    String url() {
        return url;
    }

    void opened(boolean isFirst) {
        decide(isFirst);
    }
}
