package dev.tollgate.operator.admin;

import dev.tollgate.operator.admin.AdminViews.Account;
import dev.tollgate.operator.admin.AdminViews.AccountLimits;
import dev.tollgate.operator.admin.AdminViews.AccountLimitsChange;
import dev.tollgate.operator.admin.AdminViews.ApiKey;
import dev.tollgate.operator.admin.AdminViews.KeyChange;
import dev.tollgate.operator.admin.AdminViews.KeyChoice;
import dev.tollgate.operator.admin.AdminViews.MadeLink;
import dev.tollgate.operator.admin.AdminViews.NewKey;
import dev.tollgate.operator.admin.AdminViews.NewPassword;
import dev.tollgate.operator.admin.AdminViews.Page;
import dev.tollgate.operator.admin.AdminViews.PersonRole;
import dev.tollgate.operator.admin.AdminViews.UsageCorrection;
import org.jspecify.annotations.Nullable;

/**
 * What an operator does with accounts, keys and those who sign in. Every change is durable when its method returns. Methods may block and may be
 * called by several threads at once. Amounts are micro-credits.
 */
public interface Administration extends AutoCloseable {

    /** The most entries of a page. */
    int PAGE_MAX = 200;

    /** @param creditsMicros what it begins with, 0 or more */
    Account createAccount(String name, long creditsMicros) throws Refused;

    /**
     * Accounts by age.
     *
     * @param after the {@code next} of the page before, null for the first
     * @param limit 1 to {@link #PAGE_MAX}
     */
    Page<Account> accounts(@Nullable String after, int limit) throws Refused;

    /**
     * Gives credits, which are a top-up.
     *
     * @param creditsMicros above 0
     * @return the account afterwards
     */
    Account grant(String accountId, long creditsMicros, String reason) throws Refused;

    /**
     * Adds to rows of usage what they lack.
     *
     * @return false, and nothing is changed, if days have been folded since the rows were found: they are to be found again
     */
    boolean correctUsage(UsageCorrection correction) throws Refused;

    /** What all keys of an account together may use. */
    AccountLimits accountLimits(String accountId) throws Refused;

    /** Changes that, on every server, for what comes from then on. @return what holds now */
    AccountLimits limitAccount(String accountId, AccountLimitsChange change, String reason) throws Refused;

    NewKey createKey(String accountId, KeyChoice choice) throws Refused;

    /**
     * Keys by age.
     *
     * @param accountId null for those of all accounts
     * @param after the {@code next} of the page before, null for the first
     * @param limit 1 to {@link #PAGE_MAX}
     */
    Page<ApiKey> keys(@Nullable String accountId, @Nullable String after, int limit) throws Refused;

    /** Changes what was chosen when the key was made; what it has spent stays counted (D47). */
    ApiKey setKey(String keyId, KeyChange change) throws Refused;

    /** Its calls are refused from now on. Disabling twice is no error. */
    ApiKey disableKey(String keyId) throws Refused;

    /**
     * Gives a key another secret; id, limits and what it has spent stay.
     *
     * @param graceSeconds how long the old one works, 0 to 30 days
     */
    NewKey rotateKey(String keyId, long graceSeconds) throws Refused;

    /** Gives the first operator a password that was made, to be changed at the sign-in; ends the sessions and removes the second factor. */
    NewPassword resetOperator() throws Refused;

    /** Gives a person a role, user or operator, and ends their sessions; the last operator keeps it. */
    PersonRole setRole(String login, String role, String reason) throws Refused;

    /**
     * Invites somebody, by mail where mails are sent.
     *
     * @param accountId that they are to belong to; null: an account of their own
     */
    MadeLink invite(String email, @Nullable String accountId, String reason) throws Refused;

    /** Makes a link with which somebody sets a new password, once. */
    MadeLink resetLink(String login, String reason) throws Refused;

    /** Sends a mail that says nothing but that it came. @return the address that it goes to */
    String testMail(String email) throws Refused;

    /** Says that the installation has no real upstream from now on. @return a sentence of what was done */
    String beSandbox(String reason) throws Refused;

    @Override
    void close();
}
