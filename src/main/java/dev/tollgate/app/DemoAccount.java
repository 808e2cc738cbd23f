package dev.tollgate.app;

import dev.tollgate.base.config.Secret;
import dev.tollgate.base.config.Settings;
import dev.tollgate.base.ids.OwnIds;
import dev.tollgate.books.ledger.CreateAccount;
import dev.tollgate.books.ledger.Grant;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.books.ledger.UnmarkSandboxCredits;
import dev.tollgate.customers.keys.CreateKey;
import dev.tollgate.customers.keys.EnsureKey;
import dev.tollgate.customers.keys.Key;
import dev.tollgate.customers.keys.KeySecret;
import dev.tollgate.customers.keys.KeySettings;
import dev.tollgate.customers.keys.Keys;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The account to try things with.
 *
 * @param secret the key, where it is known: given by the operator, or made just now; null on later starts, since only its hash is kept
 * @param isNew whether this start has made it
 */
record DemoAccount(@Nullable String secret, boolean isNew) {

    static final String ID = "acc_demo";

    private static final String NAME = "Demo";
    private static final String REASON = "demo credits";

    /**
     * Makes sure that the account and, if the operator has chosen one, its key exist. If the installation has a real upstream, whose calls
     * cost money, only if the operator asks for it (decision D61).
     *
     * @return null if no demo account is wanted
     */
    static @Nullable DemoAccount of(Ground ground, BooksModule books) {
        Settings.Demo demo = ground.settings().demo();
        return !books.kind().isReal() || demo.asked()
                ? ensure(
                        demo,
                        books.writer(),
                        books.stores().keys(),
                        ground.clock().instant(),
                        ground.random())
                : null;
    }

    private static DemoAccount ensure(Settings.Demo demo, Writer writer, Keys keys, Instant now, SecureRandom random) {
        CreateAccount account = new CreateAccount(ID, NAME, now);
        List<Change> changes = new ArrayList<>(List.of(account));
        if (demo.asked()) {
            changes.add(new UnmarkSandboxCredits(ID));
        }
        if (demo.creditsMicros() > 0) {
            changes.add(
                    demo.asked()
                            ? new Grant(ID, demo.creditsMicros(), REASON, account::created, now)
                            : Grant.ofSandbox(ID, demo.creditsMicros(), REASON, account::created, null, now));
        }
        writer.commitAndWait(Unit.of(changes));
        KeySettings settings = KeySettings.named(NAME);
        Secret chosen = demo.key();
        if (chosen != null) {
            KeySecret secret = KeySecret.chosen(chosen.value());
            writer.commitAndWait(Unit.of(new EnsureKey(OwnIds.key(random), ID, secret, settings, now)));
            return new DemoAccount(chosen.value(), account.created());
        }
        if (!keys.list(ID, null, 1).isEmpty()) {
            return new DemoAccount(null, false);
        }
        KeySecret made = KeySecret.random(random);
        writer.commitAndWait(Unit.of(new CreateKey(OwnIds.key(random), ID, made, settings, now)));
        return new DemoAccount(made.reveal(), account.created());
    }

    /** What is to be told where no demo account is wanted and an earlier start has made one that can still call: a line for each key. */
    static List<String> leftOver(Stores stores, Instant now) {
        boolean hasCredits = stores.ledger()
                .account(ID)
                .filter(account -> stores.ledger().spendableMicros(account) > 0)
                .isPresent();
        List<Key> keys = hasCredits ? stores.keys().list(ID, null, Keys.PAGE_MAX) : List.of();
        return keys.stream()
                .filter(key -> !key.disabled() && !key.expired(now))
                .map(key ->
                        "the demo account of an earlier start can still call, and that costs you money now; to end it: "
                                + "./tollgate key disable --key " + key.id())
                .toList();
    }

    /** What can be spent now. */
    long balanceMicros(Ledger ledger) {
        return ledger.account(ID).orElseThrow().balance().balanceMicros();
    }

    @Override
    public String toString() {
        return "DemoAccount[" + ID + "]";
    }
}
