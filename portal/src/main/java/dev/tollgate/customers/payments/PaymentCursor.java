package dev.tollgate.customers.payments;

/** The place in a list of payments, newest first, where the next page begins. */
public record PaymentCursor(long createdAtMillis, String id) {

    public static final PaymentCursor NEWEST = new PaymentCursor(Long.MAX_VALUE, "");

    /** @throws IllegalArgumentException if the text is not a cursor */
    public static PaymentCursor parse(String text) {
        if (!text.matches("[0-9]{1,18}_[A-Za-z0-9_-]{1,64}")) {
            throw new IllegalArgumentException("no cursor");
        }
        int end = text.indexOf('_');
        return new PaymentCursor(Long.parseLong(text.substring(0, end)), text.substring(end + 1));
    }

    public static PaymentCursor after(Payment payment) {
        return new PaymentCursor(payment.createdAt().toEpochMilli(), payment.id());
    }

    public String text() {
        return createdAtMillis + "_" + id;
    }
}
