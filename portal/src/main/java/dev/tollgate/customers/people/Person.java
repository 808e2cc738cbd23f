package dev.tollgate.customers.people;

import dev.tollgate.customers.roles.Membership;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.keys.KeyView;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A person who can sign in.
 *
 * @param login the sign-in name: the e-mail address in lower case, or the first operator's name
 * @param email null if unknown
 * @param confirmedAt when the person confirmed the address
 * @param passwordDue whether the password must be changed before anything else
 * @param accountId the account whose pages are shown; in a session the chosen one, else that in which the next sign-in begins
 * @param membership in that account; null if the person is in no account, which then gives no right
 * @param isElsewhere whether the person is also a member of other accounts
 * @param accountBlocked whether the account's keys are refused; never without a membership
 * @param accountName what the account is called
 * @param mailLanguage the tag of the language of mails: the person's, or else the account's; null: the operator's setting
 * @param hasSecondFactor whether a sign-in needs a code after the password
 * @param hasPassword whether a sign-in by password is possible; without one only an external identity is
 * @param version increases with every change, to recognise outdated forms
 */
public record Person(
        String id,
        String accountId,
        @Nullable Membership membership,
        boolean isElsewhere,
        String login,
        @Nullable String email,
        @Nullable Instant confirmedAt,
        String name,
        Role role,
        boolean passwordDue,
        boolean accountBlocked,
        String accountName,
        @Nullable String mailLanguage,
        boolean hasSecondFactor,
        boolean hasPassword,
        Preferences preferences,
        long version,
        Instant createdAt) {

    public static final String FIRST_OPERATOR_ID = "per_first_operator";

    /** The first operator's login until an address is set. */
    public static final String FIRST_OPERATOR = "operator";

    /**
     * A person's settings for pages and notices.
     *
     * @param theme system, light or dark
     * @param shortcuts whether single-key shortcuts are on
     * @param balanceLineMicros the balance below which a notice is sent and shown; null for none
     * @param keyNotices whether notices are sent if a key reaches 80 and 100 % of a spend limit
     * @param money what pages show first, dollars or credits; empty: as the operator has set
     * @param language the tag of the language of pages and mails; null: the browser's for pages, the account's for mails
     */
    public record Preferences(
            ZoneId zone,
            String theme,
            boolean shortcuts,
            @Nullable Long balanceLineMicros,
            boolean keyNotices,
            String money,
            @Nullable String language) {}

    /** Returns whether the person's role in the account has a whole right. */
    public boolean may(Right right) {
        return membership != null && right.isWhole(membership.role());
    }

    /** Returns the keys of the account to which a right of the person extends; none without a membership. */
    public KeyView view(Right right) {
        return membership == null ? new KeyView(false, "", Set.of()) : membership.view(right);
    }

    /** Returns whether a login, as someone typed it, is this person's. */
    public boolean isCalled(String typed) {
        return login.equals(Visit.login(typed));
    }

    public boolean isOperator() {
        return role == Role.OPERATOR;
    }
}
