package dev.tollgate.base.conversation;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The images or the speech that a caller asks for, with the fields that say so; nothing model-specific is decided here. Null where the caller did not say.
 *
 * @param wanted the field with which the caller wants images; null if the caller wants none, or does not say
 * @param sound the field with which the caller wants speech; null if the caller wants none, or does not say
 * @param voice of a model that speaks; null for its own
 * @param isText whether the caller wants text alone
 * @param isAlone whether the caller wants no text
 * @param delivery how images are to come, {@code url} or {@code markdown}; null inline
 */
public record OutputWish(
        @Nullable String wanted,
        @Nullable String sound,
        @Nullable String voice,
        boolean isText,
        boolean isAlone,
        @Nullable FieldValue ratio,
        @Nullable FieldValue size,
        @Nullable FieldValue delivery) {

    public static final OutputWish NONE = new OutputWish(null, null, null, false, false, null, null, null);

    /** A value and its field. */
    public record FieldValue(String field, String value) {}

    /** Returns this wish with the kinds of output that the caller names. @param modalities in lower case @param fields of each */
    public OutputWish of(List<String> modalities, List<String> fields) {
        int image = modalities.indexOf("image");
        int audio = modalities.indexOf("audio");
        boolean hasText = modalities.contains("text");
        return new OutputWish(
                image < 0 ? null : fields.get(image),
                audio < 0 ? sound : fields.get(audio),
                voice,
                hasText && image < 0,
                image >= 0 && !hasText,
                ratio,
                size,
                delivery);
    }

    public OutputWish withSound(String field) {
        return new OutputWish(wanted, field, voice, isText, isAlone, ratio, size, delivery);
    }

    /** @param its null for the model's own */
    public OutputWish withVoice(@Nullable String its) {
        return new OutputWish(wanted, sound, its, isText, isAlone, ratio, size, delivery);
    }

    public OutputWish withRatio(FieldValue its) {
        return new OutputWish(wanted, sound, voice, isText, isAlone, its, size, delivery);
    }

    public OutputWish withSize(FieldValue its) {
        return new OutputWish(wanted, sound, voice, isText, isAlone, ratio, its, delivery);
    }

    /** @param its {@code inline}, {@code url} or {@code markdown} */
    public OutputWish deliveredBy(FieldValue its) {
        return new OutputWish(
                wanted, sound, voice, isText, isAlone, ratio, size, its.value().equals("inline") ? null : its);
    }
}
