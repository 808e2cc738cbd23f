package dev.tollgate.books.receipts;

import dev.tollgate.base.json.WrittenJson;
import java.time.Instant;

/** Origins of charges for tests. */
public final class ReceiptedCharges {

    private ReceiptedCharges() {}

    /** A charge of a price version whose counts come to an amount, which is held. */
    public static ReceiptedCharge of(String priceVersion, long micros) {
        return new ReceiptedCharge(
                priceVersion,
                Instant.parse("2026-11-20T12:34:55Z"),
                0,
                "standard",
                WrittenJson.of("{\"completion_tokens\":4,\"prompt_tokens\":3}"),
                micros,
                micros);
    }
}
