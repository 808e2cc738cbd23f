package dev.tollgate.pages.frame;

/** A choice of a switch on a page. @param isCurrent whether the page shows it now */
public record SwitchLink(String text, String href, boolean isCurrent) {}
