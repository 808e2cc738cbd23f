package dev.tollgate.customers.webhooks;

import dev.tollgate.storage.secrets.SealedValues;
import dev.tollgate.storage.secrets.SecretBox;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/** The addresses and secrets of webhooks, which are stored encrypted, each for its webhook. Thread-safe; does not block. */
public final class WebhookSeal {

    /** Never to be changed. */
    private static final String PURPOSE = "webhooks";

    private final SecretBox.Purpose sealing;

    WebhookSeal(SecretBox secrets) {
        this.sealing = secrets.purpose(PURPOSE);
    }

    /** Seals a value of a webhook. */
    String sealed(String id, String secret) {
        return Base64.getEncoder().encodeToString(sealing.seal(secret.getBytes(StandardCharsets.UTF_8), id));
    }

    /** Returns what is sealed of webhooks as it lies in the database. */
    public static List<SealedValues> values(SecretBox box) {
        SecretBox.Purpose purpose = box.purpose(PURPOSE);
        return List.of(
                sealed(
                        purpose,
                        "addresses of webhooks",
                        "url",
                        "SELECT id, url FROM webhook WHERE id > ? ORDER BY id LIMIT ?",
                        "UPDATE webhook SET url = ? WHERE id = ? AND url = ?"),
                sealed(
                        purpose,
                        "secrets of webhooks",
                        "secret",
                        "SELECT id, secret FROM webhook WHERE id > ? ORDER BY id LIMIT ?",
                        "UPDATE webhook SET secret = ? WHERE id = ? AND secret = ?"),
                sealed(
                        purpose,
                        "former secrets of webhooks",
                        "old_secret",
                        "SELECT id, old_secret FROM webhook WHERE old_secret IS NOT NULL AND id > ? ORDER BY id LIMIT ?",
                        "UPDATE webhook SET old_secret = ? WHERE id = ? AND old_secret = ?"));
    }

    private static SealedValues sealed(
            SecretBox.Purpose purpose, String kind, String column, String found, String changed) {
        return SealedValues.lasting(
                kind,
                column,
                "webhook WHERE " + column + " IS NOT NULL",
                new SealedValues.Column(found, changed, purpose, id -> id));
    }

    /** Opens a value of a webhook. */
    String opened(String id, String sealed) {
        return new String(sealing.open(Base64.getDecoder().decode(sealed), id), StandardCharsets.UTF_8);
    }
}
