package dev.tollgate.pages.console.parts;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.books.ledger.Account;

/** The names of accounts in the reader's words. Pure. */
public final class AccountNames {

    private AccountNames() {}

    /** Returns the name of an account, or that it was deleted. */
    public static String said(String name) {
        return name.equals(Account.DELETED) ? say("deleted account") : name;
    }
}
