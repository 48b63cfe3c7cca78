drop function public.remove_account_without_profile(text);
