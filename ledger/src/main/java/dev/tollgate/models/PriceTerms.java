package dev.tollgate.models;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The terms of a version of a price, as the column {@code price.terms} keeps it: a tariff, and of a sale its rounding. Thread-safe. */
public final class PriceTerms {

    /** Finds the terms of a price for the row of a call {@code c}; {@code %s} is the column with the version. */
    public static final String OF_CALL = "(SELECT p.terms FROM price p WHERE p.version = c.%s)";

    private static final int VERSION_BYTES = 6;
    private static final int KEPT_MAX = 1_000;

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    /** Terms that were read, by their text: pages read the same few again and again. */
    private static final Cache<String, Pricing> READ =
            Caffeine.newBuilder().maximumSize(KEPT_MAX).build();

    private PriceTerms() {}

    /** Returns the terms of a sale. */
    public static String of(Pricing pricing) {
        ObjectNode json = TariffJson.of(pricing.tariff());
        json.put("reasoning_billed", pricing.reasoningBilled());
        json.putObject("rounding")
                .put("rule", pricing.rounding().form().word())
                .put("step", TariffJson.credits(pricing.rounding().stepMicros()))
                .put("minimum", TariffJson.credits(pricing.rounding().minimumMicros()));
        return json.toString();
    }

    /** Returns the terms of an upstream's list price. */
    public static String of(Tariff tariff) {
        return TariffJson.of(tariff).toString();
    }

    /**
     * Returns the version of an upstream's list price, which has none of its own: the begin of its terms' SHA-256, so that a version is one tariff for good.
     */
    static String costVersion(Tariff tariff) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(of(tariff).getBytes(StandardCharsets.UTF_8));
            return "cost-" + HexFormat.of().formatHex(Arrays.copyOf(hash, VERSION_BYTES));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /**
     * Reads the terms of a sale.
     *
     * @throws IllegalArgumentException if they are malformed
     */
    public static Pricing read(String version, String terms) {
        Pricing read = READ.get(terms, PriceTerms::sale);
        return read.version().equals(version) ? read : read.named(version);
    }

    /** Reads the terms of a sale; null if there are none, or they are malformed. */
    public static @Nullable Pricing readOrNull(@Nullable String version, @Nullable String terms) {
        try {
            return version == null || terms == null ? null : read(version, terms);
        } catch (RuntimeException e) { // an altered row must not hide the call
            return null;
        }
    }

    /** Reads the tariff of an upstream's list price; null if there is none, or it is malformed. */
    public static @Nullable Tariff tariffOrNull(@Nullable String terms) {
        try {
            return terms == null ? null : TariffJson.read(JSON.readTree(terms));
        } catch (RuntimeException e) {
            return null;
        }
    }

    private static Pricing sale(String terms) {
        JsonNode json = JSON.readTree(terms);
        JsonNode rounding = json.path("rounding");
        return new Pricing(
                "",
                TariffJson.read(json),
                json.path("reasoning_billed").booleanValue(false),
                new Pricing.Rounding(
                        Pricing.Rounding.Form.of(rounding.path("rule").stringValue("")),
                        micros(rounding.path("step")),
                        micros(rounding.path("minimum"))));
    }

    private static long micros(JsonNode credits) {
        return credits.decimalValue().movePointRight(6).longValueExact();
    }
}
