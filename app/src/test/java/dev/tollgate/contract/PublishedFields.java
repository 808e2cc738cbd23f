package dev.tollgate.contract;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.openai.core.JsonField;
import com.openai.core.JsonValue;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Every field that OpenAI publishes for a chat completion's request, read off the classes of the official client, which are generated from the
 * published description: {@code messages[].user.content.arrayOfContentParts[].text.text}, where the alternatives of a union stand by the
 * client's names for them.
 */
final class PublishedFields {

    private final SortedSet<String> names = new TreeSet<>();

    private PublishedFields() {}

    static SortedSet<String> names() {
        PublishedFields fields = new PublishedFields();
        fields.walk(ChatCompletionCreateParams.Body.class, "");
        return fields.names;
    }

    private void walk(Type type, String path) {
        if (type instanceof ParameterizedType generic) {
            Type inner = generic.getActualTypeArguments()[0];
            boolean isList = generic.getRawType() != JsonField.class;
            walk(inner, isList ? path + "[]" : path);
        } else if (type instanceof Class<?> it && it.getName().startsWith("com.openai.models.")) {
            walkClass(it, path.isEmpty() ? "" : path + ".");
        }
    }

    private void walkClass(Class<?> type, String before) {
        for (Field field : type.getDeclaredFields()) {
            if (isUnion(type)
                    && !Modifier.isStatic(field.getModifiers())
                    && !field.getName().equals("_json")) {
                walk(field.getGenericType(), before + field.getName());
            }
        }
        for (Method method : type.getDeclaredMethods()) {
            JsonProperty property = method.getAnnotation(JsonProperty.class);
            if (property != null && !isDiscriminator(method, property.value())) {
                names.add(before + property.value());
                walk(method.getGenericReturnType(), before + property.value());
            }
        }
    }

    /** A word that there is one of only chooses the alternative that it stands in. */
    private static boolean isDiscriminator(Method method, String name) {
        return method.getReturnType() == JsonValue.class && (name.equals("type") || name.equals("role"));
    }

    private static boolean isUnion(Class<?> type) {
        try {
            return type.getDeclaredField("_json").getType() == JsonValue.class;
        } catch (NoSuchFieldException e) {
            return false;
        }
    }
}
