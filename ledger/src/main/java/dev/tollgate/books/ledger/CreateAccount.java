package dev.tollgate.books.ledger;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.Mistake;
import dev.tollgate.base.host.WrittenText;
import dev.tollgate.base.words.Sentence;
import java.time.Instant;

/** Creates an empty account, unless the id exists. The outcome says whether the account is new. */
public final class CreateAccount extends LedgerChange<Boolean> {

    public static final int NAME_CHARS_MAX = 200;

    private final String id;
    private final String name;
    private final Instant at;

    /** @param id {@code acc_…}, at most 64 characters */
    public CreateAccount(String id, String name, Instant at) {
        if (!id.matches("acc_[A-Za-z0-9]{1,60}")) {
            throw new IllegalArgumentException("an account's id is acc_ and up to 60 letters and digits");
        }
        if (name.isBlank() || name.length() > NAME_CHARS_MAX) {
            throw new IllegalArgumentException("an account's name has 1 to " + NAME_CHARS_MAX + " characters");
        }
        Sentence complaint = WrittenText.complaint(name);
        if (complaint != null) {
            throw new Mistake(sentence("The account's name {complaint}.", complaint));
        }
        this.id = id;
        this.name = name;
        this.at = at;
    }

    public String id() {
        return id;
    }

    @Override
    void need(Book book) {
        book.needAccount(id);
    }

    @Override
    Boolean decideOver(Book book) {
        if (book.account(id) != null) {
            return false;
        }
        book.open(new AccountRow(id, name, at.toEpochMilli()));
        return true;
    }
}
