package dev.tollgate.customers.payments;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.Mistake;
import dev.tollgate.base.host.WrittenText;
import dev.tollgate.base.words.Sentence;
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
        address = address(address);
        vatId = vatId.strip();
        Sentence complaint = complaint(name, address, vatId);
        if (complaint != null) {
            throw new Mistake(complaint);
        }
    }

    private static String address(String lines) {
        return lines.strip().replace("\r\n", "\n");
    }

    /** Returns why there can be no such side; null if there can. */
    public static @Nullable Sentence complaint(String name, String address, String vatId) {
        if (!isOf("[^\\p{Cntrl}]*", NAME_CHARS_MAX, name.strip())) {
            return sentence("A name has at most {max} printable characters.", NAME_CHARS_MAX);
        }
        if (!isOf("[^\\p{Cntrl}\n]*(\n[^\\p{Cntrl}\n]*)*", ADDRESS_CHARS_MAX, address(address))) {
            return sentence("An address has at most {max} printable characters.", ADDRESS_CHARS_MAX);
        }
        if (!isOf("[A-Za-z0-9 ./-]*", VAT_ID_CHARS_MAX, vatId.strip())) {
            return sentence("A VAT id has at most {max} letters, digits, spaces and . / -.", VAT_ID_CHARS_MAX);
        }
        return null;
    }

    private static boolean isOf(String allowed, int most, String text) {
        return text.length() <= most && text.matches(allowed);
    }

    /** @throws IllegalArgumentException with a sentence, for what may not be written now, though it may be in the books from before */
    void requireClean() {
        Sentence ofName = WrittenText.complaint(name);
        if (ofName != null) {
            throw new Mistake(sentence("The name {complaint}.", ofName));
        }
        Sentence ofAddress = WrittenText.complaintOfLines(address);
        if (ofAddress != null) {
            throw new Mistake(sentence("The address {complaint}.", ofAddress));
        }
    }

    public boolean isNamed() {
        return !name.isEmpty();
    }
}
