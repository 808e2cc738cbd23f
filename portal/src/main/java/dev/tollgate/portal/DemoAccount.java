package dev.tollgate.portal;

import dev.tollgate.base.config.Secret;
import dev.tollgate.base.config.ServerSettings;
import dev.tollgate.base.config.Settings;
import dev.tollgate.base.ids.OwnIds;
import dev.tollgate.books.ledger.CreateAccount;
import dev.tollgate.books.ledger.Grant;
import dev.tollgate.books.ledger.Grant.UnmarkSandboxCredits;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.books.ledger.Origin;
import dev.tollgate.books.ledger.RequestId;
import dev.tollgate.keys.CreateKey;
import dev.tollgate.keys.Key;
import dev.tollgate.keys.KeyChange;
import dev.tollgate.keys.KeySecret;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.keys.Keys;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Unit;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The account to try things with.
 *
 * @param secret the key, if it is known: chosen by the operator, or created by this start; null on later starts, since only its hash is stored
 */
public record DemoAccount(@Nullable String secret) {

    public static final String ID = "acc_demo";

    private static final String NAME = "Demo";
    private static final String REASON = "demo credits";
    private static final RequestId GRANT = new RequestId("demo");

    /**
     * Makes sure that the account and, if the operator has chosen one, its key exist. If the installation has a real upstream, whose calls
     * cost money, only if the operator asks for it (decision D61).
     *
     * @return null if no demo account is wanted
     */
    public static @Nullable DemoAccount of(PortalGround ground, PortalBooks books) {
        Settings settings = ground.settings();
        if (books.kind().isReal() && !settings.isDemoAsked()) {
            return null;
        }
        Instant now = ground.clock().instant();
        CreateAccount account = new CreateAccount(ID, NAME, now);
        List<Change> changes = new ArrayList<>(List.of(account));
        long credits = settings.get(ServerSettings.DEMO_CREDITS);
        if (settings.isDemoAsked()) {
            changes.add(new UnmarkSandboxCredits(ID));
        }
        if (credits > 0) {
            changes.add(
                    settings.isDemoAsked()
                            ? Grant.onCondition(ID, credits, REASON, Origin.DEMO, account::outcome, GRANT, now)
                            : Grant.ofSandbox(ID, credits, REASON, Origin.DEMO, account::outcome, GRANT, now));
        }
        books.writer().commitAndWait(Unit.of(changes));
        Secret chosen = settings.find(ServerSettings.DEMO_KEY);
        return new DemoAccount(key(books, chosen == null ? null : chosen.value(), ground.random(), now));
    }

    private static @Nullable String key(PortalBooks books, @Nullable String chosen, SecureRandom random, Instant now) {
        KeySettings settings = KeySettings.named(NAME);
        String id = OwnIds.key(random);
        if (chosen != null) {
            books.writer().commitAndWait(Unit.of(KeyChange.ensure(id, ID, KeySecret.chosen(chosen), settings, now)));
            return chosen;
        }
        if (!books.stores().keys().list(ID, null, 1).isEmpty()) {
            return null;
        }
        KeySecret made = KeySecret.random(random);
        books.writer().commitAndWait(Unit.of(new CreateKey(id, ID, made, settings, now)));
        return made.reveal();
    }

    /** Returns a warning for each key of an earlier start's demo account that can still call, for a start without a demo account. */
    public static List<String> leftOver(PortalStores stores, Instant now) {
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

    /** Returns the micro-credits that can be spent now. */
    public long balanceMicros(Ledger ledger) {
        return ledger.account(ID).orElseThrow().balance().balanceMicros();
    }

    @Override
    public String toString() {
        return "DemoAccount[" + ID + "]";
    }
}
