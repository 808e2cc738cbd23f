package dev.tollgate.pages.frame;

import dev.tollgate.customers.people.BrowserSession;
import dev.tollgate.customers.people.Person;
import dev.tollgate.customers.roles.Membership;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.http.Caller;
import org.jspecify.annotations.Nullable;

/** A visitor of a page. */
public sealed interface Visitor {

    /** Returns the seed of the forms' token, which is valid for this browser alone. */
    String csrfSeed();

    /** @param newCookie to be set with the answer, where the browser had none */
    record Stranger(String csrfSeed, @Nullable String newCookie) implements Visitor {}

    /** Somebody who has signed in. */
    record Member(BrowserSession session) implements Visitor, Caller {

        public Person person() {
            return session.person();
        }

        /** Returns whether the visitor's role in the account of this session has a whole right. */
        public boolean may(Right right) {
            return person().may(right);
        }

        /** Returns whether the visitor's role has a right or a part of it. */
        public boolean mayPartly(Right right) {
            Membership membership = person().membership();
            return membership != null && right.isPartly(membership);
        }

        @Override
        public String accountId() {
            return session.person().accountId();
        }

        @Override
        public String csrfSeed() {
            return session.hash() + " " + accountId(); // a form of another account's page is too old
        }
    }
}
