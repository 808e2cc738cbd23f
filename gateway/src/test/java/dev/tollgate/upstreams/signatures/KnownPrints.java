package dev.tollgate.upstreams.signatures;

import dev.tollgate.base.conversation.Message;
import dev.tollgate.storage.secrets.SecretBox;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The fingerprints of a conversation's parts, for tests outside this package. Texts are handed on without a look at their type, so that programs
 * that hold them in different types can be compared.
 */
public final class KnownPrints {

    private static final String ACCOUNT = "acc_1";

    private final Prints prints = new Prints(new SecretBox("5a".repeat(32), new SecureRandom()).printer(), ACCOUNT);

    public String signature(String signature) {
        return prints.signature(signature);
    }

    /** Returns one for the text, null without one, and one for each call. */
    public List<@Nullable String> of(Message.Assistant message) {
        List<@Nullable String> all = new ArrayList<>();
        Object text = component(message, "text");
        all.add(text == null ? null : print("text", text));
        for (Message.ToolCall call : message.toolCalls()) {
            all.add(print("call", call.id(), call.name(), component(call, "arguments")));
        }
        return all;
    }

    private static @Nullable Object component(Record record, String name) {
        RecordComponent named = Arrays.stream(record.getClass().getRecordComponents())
                .filter(it -> it.getName().equals(name))
                .findAny()
                .orElseThrow();
        return invoked(named.getAccessor(), record);
    }

    private String print(String kind, @Nullable Object... of) {
        Method method = Arrays.stream(Prints.class.getDeclaredMethods())
                .filter(it -> it.getName().equals(kind) && fits(it.getParameterTypes(), of))
                .findAny()
                .orElseThrow();
        return (String) invoked(method, prints, of);
    }

    private static boolean fits(Class<?>[] types, @Nullable Object[] values) {
        for (int i = 0; i < types.length; i++) {
            if (types.length != values.length || (values[i] != null && !types[i].isInstance(values[i]))) {
                return false;
            }
        }
        return true;
    }

    private static @Nullable Object invoked(Method method, Object on, @Nullable Object... with) {
        try {
            return method.invoke(on, with);
        } catch (InvocationTargetException e) {
            throw e.getCause() instanceof RuntimeException thrown ? thrown : new IllegalStateException(e);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
