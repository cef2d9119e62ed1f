//! Royalty rules: revenue, splits and usage totals to claims. Pure, exact, integers only.
