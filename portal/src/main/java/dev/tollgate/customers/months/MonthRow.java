package dev.tollgate.customers.months;

import dev.tollgate.verification.EntryOrigin;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A row of a {@link MonthLine}. Amounts are micro-credits with the sign that they have in the line's sum. */
public sealed interface MonthRow {

    /** The beginnings of VAT ids in Europe. */
    Set<String> VAT_COUNTRIES =
            Set.of(("AT BE BG CH CY CZ DE DK EE EL ES FI FR GB HR HU IE IT LI LT LU LV MT NL NO PL PT RO SE SI SK XI")
                    .split(" "));

    /** Returns where the rows after it begin. */
    String place();

    /** Returns its share of the line's sum. */
    Month.Sum sum();

    /**
     * A customer.
     *
     * @param name its id if the account was deleted
     */
    record Customer(String id, String name) {}

    /**
     * An entry.
     *
     * @param number in its account
     * @param missingMicros what was to be taken back and was spent already
     * @param taskId the refunded call; null if it is of none
     * @param paper the invoice that it belongs to; null if it is of none
     */
    record OfEntry(
            MonthLine line,
            Instant at,
            Customer customer,
            long number,
            long micros,
            long missingMicros,
            long sandboxMicros,
            String reason,
            @Nullable String taskId,
            @Nullable Paper paper)
            implements MonthRow {

        @Override
        public String place() {
            return at.toEpochMilli() + "_" + number + "_" + customer.id();
        }

        @Override
        public Month.Sum sum() {
            if (line == MonthLine.MISSING) {
                return new Month.Sum(1, -missingMicros, 0, 0, 0);
            }
            return new Month.Sum(
                    1,
                    micros,
                    sandboxMicros,
                    paper == null ? 0 : paper.netCents(),
                    paper == null ? 0 : paper.taxCents());
        }
    }

    /**
     * The invoice of a payment, and the money of one entry.
     *
     * @param number empty if there is none
     * @param country two letters, of the payment provider or of the VAT id; empty if neither has one
     * @param paidBy the payment provider
     * @param netCents below zero if money went back
     */
    record Paper(
            String paymentId,
            String number,
            @Nullable Instant issuedAt,
            String country,
            String vatId,
            String paidBy,
            long netCents,
            long taxCents) {

        public long grossCents() {
            return netCents + taxCents;
        }

        /** Returns whether no money moved. */
        public boolean isTest() {
            return !paidBy.equals("stripe");
        }
    }

    /** @param calls 0 for a balance */
    record OfCustomer(Customer customer, long calls, long micros, long sandboxMicros) implements MonthRow {

        @Override
        public String place() {
            return customer.id();
        }

        @Override
        public Month.Sum sum() {
            return new Month.Sum(calls, micros, sandboxMicros, 0, 0);
        }
    }

    /** A call whose usage nothing covered. */
    record OfCall(Instant at, Customer customer, String taskId, String model, long micros) implements MonthRow {

        @Override
        public String place() {
            return at.toEpochMilli() + "_" + taskId;
        }

        @Override
        public Month.Sum sum() {
            return new Month.Sum(0, micros, 0, 0, 0);
        }
    }

    /** @param uncosted attempts whose cost is not known */
    record OfChannel(String channel, String model, long calls, long uncosted, long micros) implements MonthRow {

        @Override
        public String place() {
            return ""; // all are read at once
        }

        @Override
        public Month.Sum sum() {
            return new Month.Sum(calls, micros, 0, 0, 0);
        }
    }

    /** The money of a payment. */
    record Money(long netCents, long taxCents, long creditMicros) {

        /** Returns the part of the money that belongs to a part of the credits, in cents. Credits go back in the share of the money, rounded down. */
        long grossCents(long micros) {
            return Math.ceilDiv(Math.multiplyExact(micros, netCents + taxCents), creditMicros);
        }

        /** Returns the tax in a part of the money, rounded down. */
        long taxCents(long cents) {
            return Math.multiplyExact(taxCents, cents) / (netCents + taxCents);
        }
    }

    /** Reads the columns of {@link MonthSql#ENTRIES}. */
    static OfEntry read(MonthLine line, ResultSet row) throws SQLException {
        long micros = row.getLong("amount_micros");
        long missing = row.getLong("missing_micros");
        String accountId = row.getString("account_id");
        return new OfEntry(
                line,
                Instant.ofEpochMilli(row.getLong("created_at")),
                new Customer(accountId, row.getString("customer")),
                row.getLong("number"),
                micros,
                missing,
                row.getLong("sandbox_micros"),
                Objects.requireNonNullElse(row.getString("reason"), ""),
                row.getString("task_id"),
                row.getString("payment_id") == null ? null : paper(row, -micros - missing));
    }

    /** @param takenMicros the credits that the entry took back, or asked back */
    private static Paper paper(ResultSet row, long takenMicros) throws SQLException {
        Money money = new Money(row.getLong("net_cents"), row.getLong("tax_cents"), row.getLong("credit_micros"));
        long gross = money.netCents + money.taxCents;
        long tax = money.taxCents;
        if (row.getString("kind").equals("reversal")) {
            long before = row.getLong("taken_before");
            long centsBefore = money.grossCents(before);
            long centsAfter = money.grossCents(before + takenMicros);
            gross = centsBefore - centsAfter;
            tax = money.taxCents(centsBefore) - money.taxCents(centsAfter);
        }
        String channel = row.getString("channel");
        String vatId = Objects.requireNonNullElse(row.getString("buyer_vat_id"), "");
        long sequence = row.getLong("sequence");
        long issuedAt = row.getLong("issued_at");
        return new Paper(
                row.getString("payment_id"),
                sequence == 0
                        ? ""
                        : EntryOrigin.number(
                                row.getLong("year"),
                                sequence,
                                channel.equals("stripe"),
                                row.getString("seller_name"),
                                row.getString("series")),
                issuedAt == 0 ? null : Instant.ofEpochMilli(issuedAt),
                country(Objects.requireNonNullElse(row.getString("buyer_country"), ""), vatId),
                vatId,
                channel,
                gross - tax,
                tax);
    }

    /** Returns the country of a buyer. A VAT id of the European Union begins with its country, Greece's with EL, Northern Ireland's with XI. */
    static String country(String stored, String vatId) {
        String id = vatId.strip().toUpperCase(Locale.ROOT);
        String country = id.substring(0, Math.min(2, id.length()));
        if (!stored.isEmpty() || !VAT_COUNTRIES.contains(country)) {
            return stored;
        }
        return switch (country) {
            case "EL" -> "GR";
            case "XI" -> "GB";
            default -> country;
        };
    }
}
