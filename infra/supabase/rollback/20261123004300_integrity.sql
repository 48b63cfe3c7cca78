drop function public.check_integrity();
