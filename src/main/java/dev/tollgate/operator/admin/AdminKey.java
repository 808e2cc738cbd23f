package dev.tollgate.operator.admin;

import dev.tollgate.base.config.Secret;
import dev.tollgate.storage.InstallationValue;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The key of the operator's routes: from the settings, or created by the first start. Only its hash is stored.
 *
 * @param sha256 in hex
 * @param made the key if this start has created it, to be shown once
 */
public record AdminKey(String sha256, @Nullable String made) {

    private static final String NAME = "admin_key_sha256";
    private static final String PREFIX = "adm-";
    private static final int BYTES = 32;

    public static AdminKey of(@Nullable Secret chosen, Writer writer, SecureRandom random) {
        return chosen == null ? made(writer, random) : new AdminKey(AdminGate.sha256(chosen.value()), null);
    }

    private static AdminKey made(Writer writer, SecureRandom random) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        String key = PREFIX + HexFormat.of().formatHex(bytes);
        String hash = AdminGate.sha256(key);
        InstallationValue kept = new InstallationValue(NAME, hash);
        writer.commitAndWait(Unit.of(kept));
        return new AdminKey(kept.outcome(), kept.outcome().equals(hash) ? key : null);
    }

    @Override
    public String toString() {
        return "AdminKey";
    }
}
