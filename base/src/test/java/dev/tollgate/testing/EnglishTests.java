package dev.tollgate.testing;

import dev.tollgate.base.words.Language;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import org.junit.jupiter.api.extension.DynamicTestInvocationContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/**
 * Binds English around the methods of all tests, but not on threads that they start: a server's thread that writes for a reader without a bound
 * language fails the test. Registered for all classes.
 */
public final class EnglishTests implements InvocationInterceptor {

    @Override
    public <T> T interceptTestClassConstructor(
            Invocation<T> made, ReflectiveInvocationContext<Constructor<T>> constructor, ExtensionContext context)
            throws Throwable {
        return inEnglish(made);
    }

    @Override
    public void interceptTestMethod(
            Invocation<Void> test, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        inEnglish(test);
    }

    @Override
    public void interceptTestTemplateMethod(
            Invocation<Void> test, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        inEnglish(test);
    }

    @Override
    public <T> T interceptTestFactoryMethod(
            Invocation<T> factory, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        return inEnglish(factory);
    }

    @Override
    public void interceptDynamicTest(
            Invocation<Void> test, DynamicTestInvocationContext dynamic, ExtensionContext context) throws Throwable {
        inEnglish(test);
    }

    @Override
    public void interceptBeforeAllMethod(
            Invocation<Void> before, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        inEnglish(before);
    }

    @Override
    public void interceptBeforeEachMethod(
            Invocation<Void> before, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        inEnglish(before);
    }

    @Override
    public void interceptAfterEachMethod(
            Invocation<Void> after, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        inEnglish(after);
    }

    @Override
    public void interceptAfterAllMethod(
            Invocation<Void> after, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        inEnglish(after);
    }

    private static <T> T inEnglish(Invocation<T> invocation) throws Throwable {
        return Language.ENGLISH.bound(invocation::proceed);
    }
}
