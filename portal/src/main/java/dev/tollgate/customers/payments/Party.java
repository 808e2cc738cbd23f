package dev.tollgate.customers.payments;

import dev.tollgate.base.host.WrittenText;
import org.jspecify.annotations.Nullable;

/**
 * A side of a sale, as a document shows it.
 *
 * @param name empty if there is none
 * @param address its lines
 * @param vatId empty if there is none
 */
public record Party(String name, String address, String vatId) {

    public static final Party NOBODY = new Party("", "", "");

    static final int NAME_CHARS_MAX = 120;
    static final int ADDRESS_CHARS_MAX = 500;
    static final int VAT_ID_CHARS_MAX = 40;

    /** @throws IllegalArgumentException with a sentence */
    public Party {
        name = name.strip();
        address = address.strip().replace("\r\n", "\n");
        vatId = vatId.strip();
        check("A name", name, NAME_CHARS_MAX, "[^\\p{Cntrl}]*");
        check("An address", address, ADDRESS_CHARS_MAX, "[^\\p{Cntrl}\n]*(\n[^\\p{Cntrl}\n]*)*");
        check("A VAT id", vatId, VAT_ID_CHARS_MAX, "[A-Za-z0-9 ./-]*");
    }

    private static void check(String what, String text, int most, String allowed) {
        if (text.length() > most || !text.matches(allowed)) {
            throw new IllegalArgumentException(what + " has at most " + most + " "
                    + (allowed.startsWith("[A-Z") ? "letters, digits, spaces and . / -" : "printable characters")
                    + ".");
        }
    }

    /** @throws IllegalArgumentException with a sentence, for what may not be written now, though it may be in the books from before */
    void requireClean() {
        requireClean("The name", WrittenText.complaint(name));
        requireClean("The address", WrittenText.complaintOfLines(address));
    }

    private static void requireClean(String field, @Nullable String complaint) {
        if (complaint != null) {
            throw new IllegalArgumentException(field + " " + complaint + ".");
        }
    }

    public boolean isNamed() {
        return !name.isEmpty();
    }
}
