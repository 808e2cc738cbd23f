package dev.tollgate.operator.admin.server;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.fields.Fact;
import dev.tollgate.base.fields.Field;
import dev.tollgate.books.auditlog.Deed;
import dev.tollgate.operator.admin.AdminJson;
import dev.tollgate.operator.admin.AdminRoute;
import dev.tollgate.operator.admin.AuditedWriter;
import dev.tollgate.operator.admin.By;
import dev.tollgate.operator.admin.OperatorAction;
import dev.tollgate.running.Sweep;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.secrets.KeyRing;
import dev.tollgate.storage.secrets.SealedValues;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import tools.jackson.databind.node.ObjectNode;

/** The secret keys of the installation, as operators see and change them (C24–C26). Keys themselves are only in {@code secret.key}. Thread-safe; blocks. */
public final class SecretKeyring {

    private static final Field<Boolean> NEW_SIGNING_KEY = Field.flag(
                    "new_signing_key", sentence("New key for receipts"))
            .orMissing()
            .help("Retire the key that signs receipts, too.")
            .option("--new-signing-key");
    private static final Field<Boolean> LOSE = Field.flag("lose", sentence("Lose what is left"))
            .orMissing()
            .help("End what is still under the key today: kept responses, signatures, stored files.")
            .option("--lose");
    private static final Field<?> ID = Field.raw("id")
            .help("Eight hex digits, as 'secret status' shows them.")
            .option("KEY");

    /** The key's id in the audit log. */
    private static final Fact KEY = new Fact("key", sentence("Key")).told(Fact.Told.ALWAYS);

    private static final Duration COUNTED_EVERY = Duration.ofHours(1);
    private static final String ROTATION = "/admin/secret/rotate";

    /** Begins to seal again. The result is how far it is. */
    public static final OperatorAction<SecretKeyring, KeyRing.Sweep> ROTATE = OperatorAction.post(
                    "secret.rotate",
                    sentence("Rotated the secret key"),
                    ROTATION,
                    "Re-encrypt, under the first secret key, what has no end: signing keys, second factors, webhooks, waiting mails.",
                    NEW_SIGNING_KEY)
            .telling(
                    KEY,
                    NEW_SIGNING_KEY.fact().told(Fact.Told.IF_TRUE),
                    new Fact("state", sentence("State"))
                            .saying(Map.of(
                                    word(KeyRing.State.DONE), sentence("sweep::finished"),
                                    word(KeyRing.State.FAILED), sentence("sweep::interrupted"))),
                    new Fact("sealed", sentence("Re-encrypted values")),
                    new Fact("unreadable", sentence("Unreadable values")))
            .answering(202)
            .does(
                    (keys, by, request) -> keys.rotate(by, request.or(NEW_SIGNING_KEY, false)),
                    (request, sweep) -> json(sweep).node());

    /** Forgets a key of which nothing is left. */
    public static final OperatorAction<SecretKeyring, String> FORGET = OperatorAction.post(
                    "secret.forget",
                    sentence("Forgot a secret key"),
                    "/admin/secret/keys/{id}/forget",
                    "Forget a secret key under which nothing is sealed any more; then its line may go.",
                    LOSE)
            .of(ID)
            .telling(KEY, LOSE.fact().told(Fact.Told.IF_TRUE))
            .does(
                    (keys, by, request) -> keys.forget(by, request.id(), request.or(LOSE, false)),
                    (request, id) -> new AdminJson().text("forgotten", id).node());

    public static final List<OperatorAction<SecretKeyring, ?>> ACTIONS = List.of(ROTATE, FORGET);

    private final KeyRing ring;
    private final AuditedWriter writer;
    private final Supplier<Change> nextSigningKey;

    /** @param nextSigningKey makes a change that retires the key of receipts */
    public SecretKeyring(KeyRing ring, AuditedWriter writer, Supplier<Change> nextSigningKey) {
        this.ring = ring;
        this.writer = writer;
        this.nextSigningKey = nextSigningKey;
    }

    /** {@code /admin/secret}. */
    public List<AdminRoute> routes() {
        return List.of(
                AdminRoute.get("/admin/secret", request -> status().node()),
                AdminRoute.get(ROTATION, request -> json(ring.sweep()).node()),
                ROTATE.on(this),
                FORGET.on(this));
    }

    /** Returns the counting of what is under older keys. */
    public Sweep counting() {
        return new Sweep("count-old-secrets", COUNTED_EVERY, ring::count);
    }

    /** Returns how many values the last count found under older keys; negative before it. */
    public long oldValues() {
        return ring.oldCounted();
    }

    private AdminJson status() {
        String first = ring.ids().getFirst();
        return new AdminJson()
                .array("keys", ring.ids(), id -> new AdminJson()
                        .text("id", id)
                        .flag("seals", id.equals(first))
                        .node())
                .array("values", ring.counts(), SecretKeyring::json);
    }

    private static ObjectNode json(SealedValues.Count count) {
        return new AdminJson()
                .text("kind", count.kind())
                .text("key", count.keyId())
                .number("count", count.values())
                .time("ends_at", count.last())
                .node();
    }

    private static AdminJson json(KeyRing.Sweep sweep) {
        return new AdminJson()
                .text("state", word(sweep.state()))
                .number("sealed", sweep.sealed())
                .number("unreadable", sweep.unreadable());
    }

    private static String word(KeyRing.State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    private KeyRing.Sweep rotate(By by, boolean replacesSigningKey) {
        by.needReason();
        String begun = new AdminJson()
                .text("key", ring.ids().getFirst())
                .flag("new_signing_key", replacesSigningKey)
                .end();
        Change[] changes = replacesSigningKey ? new Change[] {nextSigningKey.get()} : new Change[0];
        writer.commit(by, ROTATE.name(), "secret", () -> new Deed.Changed(null, begun), changes);
        return ring.rotate(sweep -> writer.commit(
                by,
                ROTATE.name(),
                "secret",
                () -> new Deed.Changed(begun, json(sweep).end())));
    }

    private String forget(By by, String id, boolean loses) {
        by.needReason();
        String after = new AdminJson().text("key", id).flag("lose", loses).end();
        String why = ring.forget(
                id,
                loses,
                forget -> writer.commit(
                        by,
                        FORGET.name(),
                        "secret",
                        () -> forget.outcome().isEmpty() ? new Deed.Changed(null, after) : null,
                        forget));
        if (why != null) {
            throw new ApiException(409, why);
        }
        return id;
    }
}
